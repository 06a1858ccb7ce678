(function(){
'use strict';
var root=document.documentElement,all=function(s,e){return Array.prototype.slice.call((e||document).querySelectorAll(s))};
// Theme: what the system says, until somebody chooses. A page opened from disk may not store.
var button=document.getElementById('theme'),themes=['system','light','dark'],at=0;
try{at=Math.max(0,themes.indexOf(localStorage.getItem('assay-theme')))}catch(e){}
function theme(){if(at)root.setAttribute('data-theme',themes[at]);else root.removeAttribute('data-theme');button.querySelector('span').textContent=themes[at]}
button.hidden=false;theme();
button.addEventListener('click',function(){at=(at+1)%3;theme();try{localStorage.setItem('assay-theme',themes[at])}catch(e){}});
// One model in all pictures.
var marks=all('svg [data-arm]'),pinned='',lit='';
function light(name){if(name===lit)return;lit=name;marks.forEach(function(m){m.classList.toggle('away',name!==''&&m.getAttribute('data-arm')!==name)})}
function armOf(e){var m=e.target.closest&&e.target.closest('[data-arm]');return m?m.getAttribute('data-arm'):''}
document.addEventListener('mouseover',function(e){light(armOf(e)||pinned)});
document.addEventListener('focusin',function(e){light(armOf(e)||pinned)});
all('#legend button').forEach(function(b,_,bs){b.addEventListener('click',function(){
pinned=pinned===b.getAttribute('data-arm')?'':b.getAttribute('data-arm');
bs.forEach(function(o){o.setAttribute('aria-pressed',String(o.getAttribute('data-arm')===pinned))});light(pinned)})});
document.addEventListener('keydown',function(e){if(e.key==='Escape'){pinned='';all('#legend button').forEach(function(o){o.setAttribute('aria-pressed','false')});light('')}});
// Filters of tables.
all('.filter').forEach(function(f){
var rows=all('tbody tr',f.parentNode),input=f.querySelector('input'),choice=f.querySelector('select'),out=f.querySelector('output');
function show(){var words=input.value.toLowerCase().split(/\s+/),only=choice?choice.value:'',n=0;
rows.forEach(function(r){var text=r.textContent.toLowerCase(),keep=(!only||r.getAttribute('data-key')===only)&&words.every(function(w){return text.indexOf(w)>=0});r.hidden=!keep;if(keep)n++});
out.textContent=n+' of '+rows.length}
f.hidden=false;f.addEventListener('submit',function(e){e.preventDefault()});input.addEventListener('input',show);if(choice)choice.addEventListener('change',show);show()});
})();
